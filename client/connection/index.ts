/**
 * A page's line to its dialogue.
 *
 *   const line = connect({ code, auth: { link } , onRefused: (reason) => ... });        // staff
 *   const line = connect({ code, auth: { token: deviceToken(code) }, keep: code, ... }); // phone
 *
 *   line.shared.value, line.mine.value     views; read them with single / one / all:
 *       single(view, "dialogue")?.title    one(view, "table", 3)    all(view, "card")  (by order)
 *   line.state.value                       connecting | live | waiting (comes back by itself) | refused
 *   line.serverNow()                       the server's clock in ms, for deadlines
 *   await line.send("OpenRound", { round }) -> {ok: true, version} | {ok: false, error, reason};
 *       resolves at the final answer; while the line is down it waits (line.commands shows it)
 *   line.commands.value                    waiting / saved / refused, in order; line.forget(id)
 */
export { connect, type Connection, type ConnectOptions, type LineState } from "./connection.ts";
export type { Answer, Command, Fields } from "./commands.ts";
export { dropCopies } from "./copies.ts";
export { apply, nothingYet, type Frame, type View } from "./view.ts";
export { deviceToken, randomHex } from "./ids.ts";
export * from "./entries.ts";
export * from "./ranking.ts";
