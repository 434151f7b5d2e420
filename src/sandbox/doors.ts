import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Confined, Door } from "./contract.ts";

/** The doors that a program gets: none, unless its network is `llm`. */
export const doorsOf = ({ network, gateway }: Confined): readonly Door[] =>
  network === "llm" ? (gateway?.doors ?? []) : [];

export const socketInside = ({ name }: Pick<Door, "name">): string => `/run/kira/${name}`;

/** Where a program is told that its doors are. @param ports in the order of the doors; their own by default */
export function doorVariables(doors: readonly Door[], ports = doors.map(({ port }) => port)) {
  return Object.fromEntries(
    doors.map(({ variable, path }, at) => [variable, `http://127.0.0.1:${ports[at]}${path}`]),
  );
}

/**
 * Runs inside, before the program: hands on every connection to a port of 127.0.0.1 to a socket, starts the program,
 * and ends as it does. It is text, because neither our sources nor our bundle are to be seen there.
 */
const relay = `
const { spawn } = require("node:child_process");
const { connect, createServer } = require("node:net");
const { constants } = require("node:os");
const [doors, file, ...args] = process.argv.slice(1);
const handOn = (socket) => (near) => {
  const far = connect(socket);
  near.on("error", () => far.destroy()).on("close", () => far.destroy());
  far.on("error", () => near.destroy()).on("close", () => near.destroy());
  near.pipe(far).pipe(near);
};
const opened = JSON.parse(doors).map(({ port, socket }) => new Promise((resolve, reject) => {
  const server = createServer({ allowHalfOpen: true }, handOn(socket)).on("error", reject);
  server.maxConnections = 256;
  server.listen(port, "127.0.0.1", resolve);
}));
Promise.all(opened).then(() => {
  const child = spawn(file, args, { stdio: "inherit" });
  child.on("error", ({ message }) => { console.error(message); process.exit(127); });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}, ({ message }) => { console.error(message); process.exit(75); });
`;

/** The command that opens a program's doors inside and runs it; without doors, the program's own. */
export function relayed(program: Confined, command: readonly string[]): readonly string[] {
  const doors = doorsOf(program).map((door) => ({ port: door.port, socket: socketInside(door) }));
  return doors.length === 0 ? command : [process.execPath, "-e", relay, JSON.stringify(doors), ...command];
}

/** The same on this machine, for a program that nothing contains; the ports are whichever are free. */
export async function openDoors(program: Confined): Promise<
  AsyncDisposable & {
    readonly variables: Readonly<Record<string, string>>;
    /** A text with the addresses that the doors really have. */
    placed(text: string): string;
  }
> {
  const doors = doorsOf(program);
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  for (const { socket } of doors) {
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect(socket);
      for (const [one, other] of [[near, far] as const, [far, near] as const]) {
        sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => sockets.delete(one) && other.destroy());
        one.pipe(other);
      }
    });
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  const variables = doorVariables(doors, ports);
  const own = Object.entries(doorVariables(doors));
  return {
    variables,
    placed: (text) =>
      own.reduce((placed, [variable, address]) => placed.replaceAll(address, variables[variable]!), text),
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => once(server.close(), "close"));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}
