import childProcess, { type ChildProcess } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve, sep } from "node:path";

// Loaded before the tool, with `node --import`: the process kills itself at the n-th step that changes something in
// the repository it was started in. Nobody has to mark such steps, so a new command is swept like the others, and
// what users run knows nothing of this. A kill inside SQLite's transactions lies between two of these.
const { KIRA_FAILPOINT: wanted, KIRA_FAILPOINT_TRACE: trace } = process.env;
const here = fs.realpathSync(process.cwd()) + sep;
const real = { ...fs };
const opened = new Map<number, string>();
let count = 0;

/** One moment at which a power cut would leave something of its own behind. */
function point(name: string, act: () => void = () => undefined): void {
  count++;
  if (trace !== undefined) real.appendFileSync(trace, `${count} ${name}\n`);
  if (String(count) !== wanted) return;
  act();
  process.kill(process.pid, "SIGKILL");
}

const ours = (path: unknown): string | undefined => {
  const file = typeof path === "number" ? opened.get(path) : resolve(String(path));
  return file?.startsWith(here) ? file.slice(here.length) : undefined;
};

type Call = (...args: never[]) => unknown;

/** Kills before the call that names a path of the repository, and after it where nothing else would tell them apart. */
function around<Fn extends Call>(name: string, call: Fn, pathAt = 0, after = false): Fn {
  return ((...args: Parameters<Fn>) => {
    const path = ours(args[pathAt]);
    if (path !== undefined) point(`before ${name} ${path}`);
    const result = call(...args);
    if (path !== undefined && after) point(`after ${name} ${path}`);
    return result;
  }) as Fn;
}

/** Kills before a whole content is written, and when half of it is. */
function torn(file: fs.PathOrFileDescriptor, content: string | Buffer, options?: fs.WriteFileOptions): void {
  const path = ours(file);
  if (path !== undefined) {
    const bytes = Buffer.from(content);
    const half = bytes.subarray(0, bytes.length / 2);
    point(`before writing ${path}`);
    point(`amid writing ${path}`, () => real.writeFileSync(file, half, options));
  }
  real.writeFileSync(file, content, options);
}

Object.assign(fs, {
  openSync(...args: Parameters<typeof fs.openSync>) {
    const file = real.openSync(...args);
    opened.set(file, resolve(String(args[0])));
    return file;
  },
  closeSync(file: number) {
    opened.delete(file);
    real.closeSync(file);
  },
  writeSync(file: number, content: Buffer, offset = 0) {
    const path = ours(file);
    const half = Math.floor((content.length - offset) / 2);
    if (path !== undefined) {
      point(`before writing ${path}`);
      point(`amid writing ${path}`, () => real.writeSync(file, content, offset, half));
    }
    return real.writeSync(file, content, offset);
  },
  writeFileSync: torn, // appendFileSync ends there, too
  fsyncSync: around("fsyncSync", real.fsyncSync, 0, true),
  ftruncateSync: around("ftruncateSync", real.ftruncateSync),
  truncateSync: around("truncateSync", real.truncateSync),
  renameSync: around("renameSync", real.renameSync, 1),
  copyFileSync: around("copyFileSync", real.copyFileSync, 1),
  linkSync: around("linkSync", real.linkSync, 1),
  rmSync: around("rmSync", real.rmSync),
  unlinkSync: around("unlinkSync", real.unlinkSync),
  chmodSync: around("chmodSync", real.chmodSync),
});
Object.assign(fs.promises, {
  rename: around("rename", fs.promises.rename, 1),
  rm: around("rm", fs.promises.rm),
  writeFile: around("writeFile", fs.promises.writeFile),
});

const readers =
  /^(version|var|for-each-ref|rev-parse|rev-list|merge-base|symbolic-ref|ls-(tree|files|remote)|diff-tree|diff|cat-file|log|merge-tree|status|show-ref|fsck|interpret-trailers|check-attr|notes .*show|notes .*list|worktree list|config .*--get(-all|-regexp)?)( |$)/;

/** What git is asked to do, if that changes anything. */
function changeOf(program: unknown, args: readonly string[] = []): string | undefined {
  if (program !== "git") return undefined;
  let at = 0;
  while (args[at]?.startsWith("-")) at += args[at] === "-c" || args[at] === "-C" ? 2 : 1;
  const words = args.slice(at).join(" ");
  return readers.test(words) ? undefined : words.slice(0, 60);
}

const spawn = childProcess.spawn as (...args: unknown[]) => ChildProcess;
Object.assign(childProcess, {
  spawn(program: unknown, args: readonly string[], ...more: unknown[]) {
    const change = changeOf(program, args);
    if (change !== undefined) point(`before git ${change}`);
    const child = spawn(program, args, ...more);
    if (change !== undefined) child.once("exit", () => point(`after git ${change}`));
    return child;
  },
});

const print = process.stdout.write.bind(process.stdout) as typeof process.stdout.write;
process.stdout.write = ((...args: Parameters<typeof print>) => {
  point("before saying that it is done");
  return print(...args);
}) as typeof print;

syncBuiltinESMExports();
