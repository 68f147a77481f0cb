/** Questions to the server outside the live line; every answer has the shape of an acknowledgement. */

type Reply<Content> = ({ ok: true } & Content) | { ok: false; error: string; reason: string };

/** Never throws: no answer at all is the reason "offline". */
export async function ask<Content = object>(
  path: string,
  method: "GET" | "POST" | "DELETE" = "GET",
  body?: object,
): Promise<Reply<Content>> {
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: "application/json", ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Reply<Content>;
  } catch {
    return { ok: false, error: "unavailable", reason: "offline" };
  }
}
