import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Agent, AgentFactory, Ending } from "../../src/agents/contract.ts";
import { type Config, configSchema } from "../../src/domain/config.ts";

const attempt = { directory: "/place/trial", home: "/place/home", prompt: "Sort the mail.", timeoutMs: 1000 };

export const anEnding = (changes: Partial<Ending> = {}): Ending => ({
  ...{ exitCode: 0, endedBy: null, timedOut: false, stdout: "", stderr: "", truncated: false },
  ...{ endedAt: "2026-01-14T14:30:00.000Z", resultFile: undefined },
  ...changes,
});

/**
 * What every agent promises.
 * @param settings what makes one of it
 */
export function promisesOfAnAgent(
  use: Config["agent"]["use"],
  factory: AgentFactory,
  settings: object,
): void {
  const made = (changes: object = {}, inherited: Record<string, string> = {}): Agent =>
    factory(configSchema.shape.agent.parse({ use, ...settings, ...changes }), inherited);

  describe(`the agent ${use}`, () => {
    test("gets the prompt as it is, on standard input and never on its command line", () => {
      const { stdin, command } = made().invoke({ ...attempt, seed: "1" });
      expect(stdin).toBe("Sort the mail.");
      expect(command.join(" ")).not.toContain("Sort the mail.");
    });

    test("gets the variables that were named, PATH and our own, and no other of the user's", () => {
      const inherited = { PATH: "/bin", TEAM: "blue", ANTHROPIC_API_KEY: "secret", HOME: "/users/me" };
      const { environment } = made({ env: ["TEAM"] }, inherited).invoke({ ...attempt, seed: "1" });
      expect(environment["TEAM"]).toBe("blue");
      expect(environment["KIRA_WORKSPACE"]).toBe("/place/trial");
      expect(JSON.stringify(environment)).not.toMatch(/secret|users\/me/);
    });

    test("is the same for the same settings wherever it runs, and another for others", () => {
      const { identity } = made({}, { PATH: "/a" });
      expect(made({}, { PATH: "/b" }).identity).toBe(identity);
      for (const change of [{ command: ["other"] }, { env: ["A"] }, { timeoutSeconds: 61 }])
        expect(made(change).identity).not.toBe(identity);
    });

    test("that ran out of time is not said to have failed", () => {
      const answer = made().read(anEnding({ exitCode: null, endedBy: "SIGKILL", timedOut: true }));
      expect(answer).toMatchObject({ ending: "timeout", failed: false });
    });

    test("that exits with 75 could not work, and that is no failure of the configuration", () => {
      const answer = made().read(anEnding({ exitCode: 75, stderr: "no route to the model" }));
      expect(answer).toMatchObject({ ending: "error", failed: false });
      expect(answer.reason).toContain("no route to the model");
    });

    test("that was killed has failed, whatever stands in its error output", () => {
      const answer = made().read(anEnding({ exitCode: 137, stderr: "API Error: 529 overloaded" }));
      expect(answer).toMatchObject({ ending: "finished", failed: true });
    });

    test("is read whatever it prints: nothing is thrown, costs are numbers, reasons are safe to show", () => {
      const piece = fc.oneof(
        fc.string(),
        fc.json(),
        fc.constantFrom("\u001b[2J", '{"type":"result"', '{"type":"turn.failed","error":null}', "\0", "\n"),
        fc
          .record({
            type: fc.constantFrom("result", "turn.failed", "error", "item.completed"),
            usage: fc.anything(),
          })
          .map((value) => JSON.stringify(value)),
      );
      const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join("\n"));
      const code = fc.constantFrom(0, 1, 2, 75, 127, 137, null);
      fc.assert(
        fc.property(text, text, code, fc.boolean(), (stdout, stderr, exitCode, truncated) => {
          const { ending, failed, reason, costUsd, tokens, retryAt } = made().read(
            anEnding({ stdout, stderr, exitCode, truncated, resultFile: stderr }),
          );
          expect(["finished", "error"]).toContain(ending);
          expect(ending === "error" && failed).toBe(false);
          expect(costUsd >= 0 && tokens >= 0 && Number.isFinite(costUsd + tokens)).toBe(true);
          expect(reason).not.toMatch(/[\u0000-\u001f\u007f]/);
          if (retryAt !== null) expect(ending).toBe("error");
        }),
        { numRuns: 300 },
      );
    });
  });
}
