/**
 * Builds every page in pages/<page>/ (index.tsx and index.css) into ../server/static: hashed names,
 * .br and .gz beside each file, manifest.json, which tells the server what a page loads, and
 * licences.txt.
 *
 *   node build.mjs [--watch] [--out folder] [--only phone,start]
 */
import { build, context } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { licencesOf } from "./licences.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    watch: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    out: { type: "string", default: join(here, "..", "server", "static") },
  },
});
const out = resolve(options.out);
const only = options.only.split(",").filter(Boolean);

async function pagesWith(file) {
  const folders = await readdir(join(here, "pages"), { withFileTypes: true });
  const pages = folders.filter((folder) => folder.isDirectory()).map((folder) => folder.name);
  const wanted = pages.filter((page) => !only.length || only.includes(page));
  return wanted.filter((page) => existsSync(join(here, "pages", page, file))).sort();
}

async function settings(file, own) {
  const pages = await pagesWith(file);
  return {
    absWorkingDir: here,
    entryPoints: pages.map((page) => ({ in: `pages/${page}/${file}`, out: page })),
    entryNames: "[name]-[hash]",
    outdir: out,
    bundle: true,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    write: false,
    ...own,
  };
}

const scripts = await settings("index.tsx", {
  format: "esm",
  target: "es2017",
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { "process.env.NODE_ENV": '"production"' },
});
// No target: a lowered logical property would break right-to-left.
const styles = await settings("index.css", {});

const pack = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: options.watch ? 4 : 11 },
    }),
  gz: (bytes) => promisify(gzip)(bytes, { level: options.watch ? 1 : 9 }),
};

async function writeWithPacked({ path, contents }) {
  await writeFile(path, contents);
  for (const [ending, packed] of Object.entries(pack)) {
    await writeFile(`${path}.${ending}`, await packed(contents));
  }
}

/** {"phone-ABC.js": "phone", ...} of one build. */
function pageOfFile(result) {
  return Object.entries(result.metafile.outputs)
    .filter(([, output]) => output.entryPoint)
    .map(([path, output]) => [basename(path), output.entryPoint.split("/")[1]]);
}

async function publish(results) {
  const manifest = {};
  for (const [file, page] of results.flatMap(pageOfFile)) {
    manifest[page] ??= { scripts: [], styles: [] };
    manifest[page][file.endsWith(".js") ? "scripts" : "styles"].push(file);
  }
  await mkdir(out, { recursive: true });
  const files = [...results.flatMap((result) => result.outputFiles), await licences(results)];
  await Promise.all(files.map(writeWithPacked));
  await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
  await dropFilesOfEarlierBuilds(files.map((file) => basename(file.path)));
  return manifest;
}

async function licences(results) {
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  return { path: join(out, "licences.txt"), contents: Buffer.from(await licencesOf(inputs, here)) };
}

async function dropFilesOfEarlierBuilds(kept) {
  const current = new Set(["manifest.json", ...kept.flatMap((name) => [name, `${name}.br`, `${name}.gz`])]);
  const old = (await readdir(out)).filter((name) => !current.has(name));
  await Promise.all(old.map((name) => rm(join(out, name), { recursive: true })));
}

async function tellSizes(manifest) {
  for (const [page, { scripts: own }] of Object.entries(manifest)) {
    const packed = await Promise.all(own.map((name) => readFile(join(out, `${name}.gz`))));
    const bytes = packed.reduce((sum, file) => sum + file.length, 0);
    console.log(`${page}: ${(bytes / 1000).toFixed(1)} kB of script, gzipped`);
  }
}

if (options.watch) {
  const latest = {};
  const publishWhenBothAreThere = (which) => ({
    name: "publish",
    setup: (plugin) =>
      plugin.onEnd(async (result) => {
        if (result.errors.length) return;
        latest[which] = result;
        if (latest.scripts && latest.styles) await publish([latest.scripts, latest.styles]);
        console.log(`built the ${which} at ${new Date().toLocaleTimeString()}`);
      }),
  });
  await (await context({ ...scripts, plugins: [publishWhenBothAreThere("scripts")] })).watch();
  await (await context({ ...styles, plugins: [publishWhenBothAreThere("styles")] })).watch();
} else {
  await tellSizes(await publish(await Promise.all([build(scripts), build(styles)])));
}
