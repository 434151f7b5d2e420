import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { messageOf } from "../../src/domain/errors.ts";
import type { Diagnosis } from "../../src/loop/doctor.ts";
import { escapeMatrix } from "../../src/loop/doctor/escape-matrix.ts";
import { bubblewrap } from "../../src/sandbox/bubblewrap.ts";
import { renderDiagnosis } from "../../src/report/doctor.ts";
import { none } from "../../src/sandbox/none.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aSpareFolder } from "../support/repository.ts";

const host = { searchPath: process.env["PATH"] ?? "", repository: "/nowhere" };
const missing = await bubblewrap(host)
  .check()
  .then(() => "", messageOf);

const resources = ["fork without end", "write a file of 300 MB", "fill the disk", "fill the memory"];

function expectAllHeld({ healthy, matrix }: Diagnosis): void {
  expect(healthy).toBe(true);
  for (const { what, held } of matrix!.probes)
    expect([what, held]).toEqual([
      what,
      resources.includes(what) ? expect.stringMatching(/^(limited|soft)$/) : "blocked",
    ]);
}

test.skipIf(missing || process.getuid?.() !== 0)(
  "it holds for an ordinary user as well as for root",
  async () => {
    const script = `
    const { doctor } = await import(${JSON.stringify(join(process.cwd(), "src/loop/doctor.ts"))});
    console.log(JSON.stringify(await doctor({ folder: "/tmp", environment: process.env, report() {}, sandbox: true })));`;
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    const node = [process.execPath, "--input-type=module", "-e", script];
    const { stdout } = await execa("setpriv", [...nobody, "env", "HOME=/tmp", ...node], { cwd: "/tmp" });
    expectAllHeld(JSON.parse(stdout));
  },
);

test("what would escape does, where nothing contains it: the probes can tell", async () => {
  const matrix = await escapeMatrix(none());
  const { probes } = matrix;
  expect(renderDiagnosis({ checks: [], mended: [], matrix, healthy: false }, 100)).toMatch(
    /\nESCAPED +write outside.*\n/,
  );
  const held = probes.filter((probe) => probe.held !== "escaped").map(({ what }) => what);
  expect(held).toEqual(["find our key in its own environment"]);
});

test.skipIf(missing)(
  "the whole escape matrix of this machine is printed, a line for each escape",
  async () => {
    await using here = await aSpareFolder();
    const { doctor } = await kiraJson<{ doctor: Diagnosis }>(here, "doctor", "--sandbox");
    expectAllHeld(doctor);
    const text = renderDiagnosis(doctor, 100);
    expect(text).toMatch(/^ok {4}git +version \d/);
    expect(text).toMatch(/\nblocked {4}read a key in ~\/\.ssh, a grader, the task bank\n/);
    expect(text).toMatch(/\n(limited|soft) +fork without end\n/);
    expect(text).toMatch(/\n\d+\.\d ms +is what starting a program in it costs/);
    expect(text).not.toContain("ESCAPED");
  },
);

test.skipIf(missing)("without --sandbox it is short, and says what it could look at", async () => {
  await using here = await aSpareFolder();
  const { status, stdout } = await kira(here, "doctor");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^warn {2}repository +.* is not in a git repository\.$/m);
  expect(stdout).toContain("kira-improve doctor --sandbox");
});

test.skipIf(process.platform !== "linux")(
  "without bubblewrap it says how to install it, and exits 7",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "kira path "));
    for (const name of ["git", "apt-get"]) await execa("ln", ["-s", `/usr/bin/${name}`, join(folder, name)]);
    const { status, stdout } = await kira({ folder, env: { PATH: folder } }, "doctor", "--sandbox");
    await rm(folder, { recursive: true });
    expect(status).toBe(7);
    expect(stdout).toMatch(/FAIL {2}sandbox +.*not installed/);
    expect(stdout.replace(/\s+/g, " ")).toContain("apt-get install bubblewrap");
  },
);
