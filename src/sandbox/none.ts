import type { Sandbox } from "./contract.ts";
import { openDoors } from "./doors.ts";
import { spawnProgram } from "./spawn.ts";

/**
 * Contains nothing: the program can read and write what its user can, and reaches the network whatever was asked.
 * Only its environment, its time and its output are limited. For `--allow-unsandboxed`, and for trusted programs.
 */
export function none(): Sandbox {
  return {
    name: "none",
    contained: false,
    profile: "none",
    check: () => Promise.resolve(),
    async run(program) {
      await using open = await openDoors(program);
      const environment = { ...program.environment, ...open.variables };
      const { channel: _, ...finished } = await spawnProgram(program, {
        command: program.command.map(open.placed),
        environment,
      });
      return { ...finished, exceeded: null };
    },
  };
}
