import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireLock } from "../../src/store/lock.ts";
import { aPlace, aProcess } from "./place.ts";

const now = "2026-01-31T10:00:00.000Z";

test("a lock that another process holds is refused, with who holds it and since when", async () => {
  using place = aPlace();
  const file = join(place.home, "writer.lock");
  const holder = aProcess("hold-lock", file);
  await once(holder.stdout!, "data");
  expect(() => acquireLock(file, 20, "merge", now)).toThrow(
    `Another kira-improve is at work: evaluate, process ${holder.pid}, since 2026-01-31T09:30:00.000Z. Wait until it has finished`,
  );
  holder.stdin!.end();
  expect((await holder).exitCode).toBe(0);
  acquireLock(file, 20, "merge", now)[Symbol.dispose]();
});

test("a lock is free as soon as its holder was killed with no chance to clean up", async () => {
  using place = aPlace();
  const file = join(place.home, "writer.lock");
  const holder = aProcess("hold-lock", file);
  await once(holder.stdout!, "data");
  holder.kill("SIGKILL");
  expect((await holder).signal).toBe("SIGKILL");
  using _lock = acquireLock(file, 20, "merge", now);
});

test("a lock is one process's only, also within a process, and waits for nobody else's", () => {
  using place = aPlace();
  const [file, other] = [join(place.home, "a.lock"), join(place.home, "b.lock")];
  {
    using _lock = acquireLock(file, 20, "propose", now);
    expect(() => acquireLock(file, 20, "merge", now)).toThrow("propose, process");
    using _other = acquireLock(other, 20, "merge", now);
  }
  using _again = acquireLock(file, 20, "merge", now);
});
