import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aGateway, ask, json, keys, socketOf, tokenOf } from "./support.ts";

type Open = Awaited<ReturnType<typeof aGateway>>;
let open: Open;
beforeAll(async () => {
  open = await aGateway();
});
afterAll(() => open[Symbol.asyncDispose]());

/** Whatever an agent likes to send through the door; all that comes back. */
async function send(bytes: string | Buffer, provider: "anthropic" | "openai" | "ollama" = "anthropic") {
  const socket = connect(socketOf(open.pass, provider)).on("error", () => undefined);
  socket.write(bytes);
  socket.end();
  return text(socket).catch(() => "");
}

const key = () => `x-api-key: ${tokenOf(open.pass)}\r\n`;
const head = (line: string, more = "") => `${line} HTTP/1.1\r\nhost: localhost\r\n${key()}${more}\r\n`;
const sized = (body: string) => `content-length: ${body.length}\r\n`;

/** Requests that the provider got since it was last asked. */
const arrived = () => open.upstream.seen.splice(0).map(({ method, url }) => `${method} ${url}`);

describe("what may not be asked never leaves the machine:", () => {
  test.each([
    ["another path", "POST /v1/files"],
    ["a path above", "POST /v1/messages/../files"],
    ["a path above, encoded", "POST /v1/messages/..%2ffiles"],
    ["an encoded letter", "POST /v1/%6dessages"],
    ["an encoded zero", "POST /v1/messages%00"],
    ["a backslash", "POST /v1\\messages"],
    ["a double slash", "POST //v1/messages"],
    ["another case", "POST /V1/messages"],
    ["a slash at the end", "POST /v1/messages/"],
    ["a semicolon", "POST /v1/messages;x"],
    ["a fragment", "POST /v1/messages#/files"],
    ["a query with more than words", "POST /v1/messages?x=%0d%0ahost:evil"],
    ["a query without end", `POST /v1/messages?${"x".repeat(600)}`],
    ["a full address", "POST http://elsewhere.example/v1/messages"],
    ["an address of the cloud's", "GET http://169.254.169.254/latest/meta-data"],
    ["a file", "GET file:///etc/passwd"],
    ["a host for a path", "GET @elsewhere.example/v1/models"],
    ["another method", "DELETE /v1/messages"],
    ["a method of its own", "PROPFIND /v1/messages"],
    ["the other provider's path", "POST /v1/chat/completions"],
    ["a tunnel", "CONNECT elsewhere.example:443"],
    ["a property of every object", "GET constructor"],
    ["everything", "OPTIONS *"],
  ])("%s", async (_, line) => {
    const heard = await send(head(line, "connection: close\r\n"));
    expect(heard).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(arrived()).toEqual([]);
  });
});

describe("a request that hides another one brings none through:", () => {
  const hidden = "POST /v1/files HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
  const chunked = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
  test.each([
    ["two lengths", () => `content-length: 0\r\n${sized(hidden)}`, hidden],
    ["a length and chunks", () => `${sized(hidden)}transfer-encoding: chunked\r\n`, `0\r\n\r\n${hidden}`],
    ["chunks in disguise", () => `${sized(hidden)}transfer-encoding: xchunked\r\n`, hidden],
    ["chunks twice", () => "transfer-encoding: chunked, identity\r\n", chunked],
    ["a space before the colon", () => `content-length : ${hidden.length}\r\n`, hidden],
    ["a folded header", () => `x-a: b\r\n content-length: ${hidden.length}\r\n`, hidden],
    ["a negative length", () => "content-length: -1\r\n", hidden],
    ["a length in hex", () => "content-length: 0x10\r\n", hidden],
    ["a line feed alone", () => `x-a: b\ncontent-length: ${hidden.length}\n`, hidden],
    [
      "a chunk whose size is too large",
      () => "transfer-encoding: chunked\r\n",
      `ffffffffffffffff1\r\n${hidden}`,
    ],
    [
      "an upgrade",
      () => "upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: x\r\n",
      hidden,
    ],
    ["a body", () => sized(hidden), hidden],
    ["a body in chunks", () => "transfer-encoding: chunked\r\n", chunked],
    ["the next request", () => "content-length: 0\r\n", hidden],
  ])("%s", async (_, more, rest) => {
    await send(`${head("POST /v1/messages", more())}${rest}`);
    await ask(open.pass, "anthropic", {}); // whatever lies before it in the gateway's own connection comes first
    expect(arrived().filter((asked) => asked !== "POST /v1/messages")).toEqual([]);
  });
});

test("headers cannot be broken out of, nor can a host be chosen", async () => {
  const tricks = `host: evil.example\r\nx-forwarded-host: evil.example\r\nuser-agent: a\u0001b\r\n`;
  await send(head("POST /v1/messages", `${tricks}content-length: 0\r\n`));
  const plain = "anthropic-beta: a,b\r\nforwarded: host=evil.example\r\nconnection: close, x-api-key\r\n";
  await send(head("POST /v1/messages", `${plain}content-length: 0\r\n`));
  for (const { headers } of open.upstream.seen.splice(0)) {
    expect(headers.host).toBe(`127.0.0.1:${open.upstream.port}`);
    expect(headers["x-api-key"]).toBe(keys.anthropic);
    expect(json(headers)).not.toContain("evil");
  }
});

test("a request that names two keys is refused, whichever comes first", async () => {
  for (const line of [`x-api-key: other\r\n`, `x-api-key: ${keys.anthropic}\r\n`]) {
    const bytes = `POST /v1/messages HTTP/1.1\r\nhost: x\r\n${line}${key()}connection: close\r\ncontent-length: 0\r\n\r\n`;
    expect(await send(bytes)).toMatch(/^HTTP\/1\.1 401 /);
  }
  expect(arrived()).toEqual([]);
});

test("a body of any size is read no further than the limit", async () => {
  await using own = await aGateway();
  const megabyte = Buffer.alloc(1024 * 1024, "x");
  const announced = await send(head("POST /v1/messages", "content-length: 99999999999\r\n"));
  expect(announced).toMatch(/^HTTP\/1\.1 413 .*request_too_large/s);
  const before = process.memoryUsage().arrayBuffers;
  const socket = connect(socketOf(own.pass, "anthropic")).on("error", () => undefined);
  const heard = text(socket).catch(() => "");
  const named = head("POST /v1/messages", "transfer-encoding: chunked\r\n");
  socket.write(named.replace(tokenOf(open.pass), tokenOf(own.pass)));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const drained = () => new Promise((resolve) => socket.once("drain", resolve));
  let sent = 0;
  while (sent < 200 && !socket.destroyed && socket.writable) {
    const isTaken = socket.write(Buffer.concat([Buffer.from("100000\r\n"), megabyte, Buffer.from("\r\n")]));
    sent++;
    if (!isTaken) await Promise.race([drained(), closed]);
  }
  socket.destroy();
  await heard;
  expect(sent).toBeLessThan(100);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
  await own.pass.close();
  expect(own.upstream.seen.filter(({ body }) => body !== "broken off")).toEqual([]);
});

test("headers without end are refused", async () => {
  const heard = await send(head("POST /v1/messages", `x-long: ${"x".repeat(100_000)}\r\n`));
  expect(heard).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  expect(arrived()).toEqual([]);
});

test("connections without end do not keep another trial from its model", async () => {
  await using other = await open.gateway.open({ key: "trial-2", directory: "/nowhere" });
  const sockets = Array.from({ length: 500 }, () =>
    connect(socketOf(open.pass, "anthropic")).on("error", () => undefined),
  );
  await Promise.allSettled(sockets.map((socket) => once(socket, "connect")));
  expect((await ask(other, "anthropic", {})).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  arrived();
});

test("garbage is refused, and the door still opens afterwards", async () => {
  for (const bytes of [
    "\0\0\0\0",
    "\x16\x03\x01\x02\x00",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET\r\n\r\n",
    "",
  ])
    expect(await send(Buffer.from(bytes, "latin1"))).toMatch(/^(HTTP\/1\.1 400 |$)/);
  await expect
    .poll(async () => (await ask(open.pass, "anthropic", {}).catch(() => undefined))?.status)
    .toBe(200);
  expect(arrived()).toEqual(["POST /v1/messages"]);
});
