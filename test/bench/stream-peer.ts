// A model that speaks for long, in a process of its own: what it holds is not measured.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openaiDialect } from "../support/providers/openai.ts";

const asked = openaiDialect.parse({
  model: "long",
  messages: [{ role: "system", content: "" }, { content: "" }],
});
const piece = openaiDialect.piece(asked, "a word ");
const together = 100;
const frame = Buffer.from(piece.repeat(together));
const frames = 2_500;

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": openaiDialect.contentType });
  let left = frames;
  const pour = () => {
    while (left-- > 0) if (!response.write(frame)) return void response.once("drain", pour);
    response.end(openaiDialect.closing(asked, { text: "" }).join(""));
  };
  pour();
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.send!({ port, megabytes: (frames * frame.length) / 1e6 });
});
