/** The licences of everything that is bundled into the pages: their authors ask that they go along. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const packageFolder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/** `inputs` are the paths of all bundled files, relative to `here`. */
export async function licencesOf(inputs, here) {
  const folders = new Set(inputs.flatMap((path) => path.match(packageFolder) ?? []));
  const texts = await Promise.all([...folders].sort().map((folder) => licenceOf(join(here, folder))));
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e(\.\w+)?$/i.test(one));
  if (!file) throw new Error(`${name} comes without a licence: it cannot be bundled`);
  return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`;
}
