// The measured server in Node: socket.io as it comes, with the MessagePack parser.
// Speaks with bench/fanout as bench/fanout/servers.py does.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "socket.io";
import parser from "socket.io-msgpack-parser";

const ROOM = "evening/table:3";
const view = JSON.parse(process.argv[2]);

const http = createServer();
const io = new Server(http, { parser, transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => {
  socket.join(ROOM);
  socket.on("command", (_body, answer) => answer({ ok: true, version: 42 }));
});

http.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => {
  console.log("port", http.address().port);
});

for await (const order of createInterface({ input: process.stdin })) {
  const [, count, milliseconds] = order.split(" ").map(Number);
  for (let nth = 0; nth < count; nth += 1) {
    io.to(ROOM).emit("view", view);
    await sleep(milliseconds);
  }
  console.log("done");
}
process.exit(0);
