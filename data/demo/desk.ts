import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** One request that reached the front desk, with the desk that was right for it. */
export interface Request {
  readonly request: string;
  readonly desk: string;
}

export interface Handled extends Request {
  readonly answer: string;
}

export async function readRequests(file: string): Promise<Request[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Request);
}

/** Lets the agent of a repository answer requests; each seed is another day on which it might answer otherwise. */
export async function handle(
  repository: string,
  requests: readonly Request[],
  seed: string,
): Promise<Handled[]> {
  const input = requests
    .map(({ request }, i) => JSON.stringify({ request, seed: `${seed} ${i}` }))
    .join("\n");
  const { stdout } = await execa("node", [join(repository, "agent.mjs"), "--batch"], { input });
  const answers = stdout.split("\n").map((line) => (JSON.parse(line) as { desk: string }).desk);
  return requests.map((request, i) => ({ ...request, answer: answers[i]! }));
}

/** What the front desk writes down about its work: a failure comes with a note of what was right. */
export function toOutcomes(handled: readonly Handled[]): string {
  return handled
    .map(({ request, desk, answer }) =>
      JSON.stringify(
        answer === desk
          ? { task: request, category: desk, outcome: "success" }
          : {
              task: request,
              category: desk,
              outcome: "failure",
              notes: `answered ${answer}, right was ${desk}`,
            },
      ),
    )
    .join("\n");
}

/** Share of right answers, over several seeds. */
export async function accuracy(
  repository: string,
  requests: readonly Request[],
  seeds: number,
): Promise<number> {
  let right = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const handled = await handle(repository, requests, `measured ${seed}`);
    right += handled.filter(({ desk, answer }) => desk === answer).length;
  }
  return right / (seeds * requests.length);
}
