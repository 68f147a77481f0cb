// The measured server in Node: socket.io and ioredis as they come, one script per vote, and the
// answer when it has returned. Speaks with bench/ingest. Arguments: the store's socket, the script,
// dots per person, and "everybody" to send every vote to everybody.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Redis from "ioredis";
import { Server } from "socket.io";
import parser from "socket.io-msgpack-parser";

const [store, script, dots, audience] = process.argv.slice(2);
const ROOM = "evening";
const redis = new Redis({ path: store, enableReadyCheck: false });
redis.defineCommand("vote", { numberOfKeys: 3, lua: readFileSync(script, "utf-8") });

const http = createServer();
const io = new Server(http, { parser, transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  const person = socket.handshake.auth.token;
  socket.join(ROOM);
  socket.on("hello", (_body, answer) => answer({ ok: true }));
  socket.on("command", async (body, answer) => {
    if (body.name !== "PlaceDots") {
      answer({ ok: true });
      return;
    }
    const version = await redis.vote(
      "dialog:marks",
      "dialog:heard",
      "dialog:log",
      `${person}:${body.id}`,
      person,
      body.option,
      body.dots,
      dots,
      JSON.stringify(body),
    );
    if (version < 0) {
      answer({ ok: false, error: "refused", reason: "no_dots_left" });
      return;
    }
    answer({ ok: true, version });
    if (audience === "everybody") {
      io.to(ROOM).emit("vote", { option: body.option, dots: body.dots, version });
    }
  });
});

http.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => {
  console.log("port", http.address().port);
});
process.stdin.on("end", () => process.exit(0)).resume();
