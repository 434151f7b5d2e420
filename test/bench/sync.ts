import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atMost, compare, interleave, median, type Row } from "./measure.ts";
import { Place } from "./place.ts";

const runs = 9;
/** How long a connection takes until git talks: about that of ssh to a host in another town. */
const connectionMs = 150;

/** What a sync takes that finds nothing new, beside the two calls of git that look for the same. */
export async function sync(): Promise<Row[]> {
  using place = new Place();
  const hub = join(place.folder, ".git/hub.git");
  mkdirSync(hub);
  place.git("init", "--quiet", "--bare", hub);
  const ssh = join(place.folder, ".git/far");
  writeFileSync(ssh, `#!/bin/sh\nsleep ${connectionMs / 1000}\nshift\nexec sh -c "$*"\n`);
  chmodSync(ssh, 0o755);
  place.git("remote", "add", "far", `host:${hub}`);
  place.git("config", "core.sshCommand", ssh);
  place.git("config", "ssh.variant", "simple");
  place.git("push", "--quiet", "far", "main");
  // The second one finds what the first has pushed.
  for (let n = 0; n < 2; n++) place.kira("sync", "far");
  const times = interleave(runs, {
    git() {
      place.git("fetch", "far");
      place.git("push", "--dry-run", "far", "main");
    },
    sync: () => place.kira("sync", "far"),
  });
  return [
    atMost({
      name: `sync of nothing, ${connectionMs} ms to connect`,
      value: compare(times.sync, times.git).ratio,
      unit: "× git fetch and git push --dry-run",
      target: 1.5,
      beside: `${median(times.sync).toFixed(0)} ms beside ${median(times.git).toFixed(0)} ms; medians of ${runs} pairs`,
    }),
  ];
}
