import { expect, test } from "vitest";
import { aCounted, luckier, noisy } from "./noisy.ts";
import { evaluated } from "./support.ts";
import { agentConfig } from "../support/repository.ts";

/** An agent that passes or fails by its seed, and whose provider gets worse when a variable says so. */
const drifting = () => ({
  ...noisy("[0-b]", { agent: { ...agentConfig.agent, env: ["KIRA_CALLS", "WORSE"] } }),
  "agent.sh": `[ -z "$KIRA_CALLS" ] || echo "$KIRA_TRIAL_SEED" >>"$KIRA_CALLS"
cat >/dev/null
luck=$(cat skills/luck)
if [ -n "$WORSE" ] && [ "$luck" = "[0-b]" ]; then luck="[0-3]"; fi
case "$KIRA_TRIAL_SEED" in $luck*) echo yes ;; *) echo no ;; esac
`,
});

const hours = (...all: string[]) => all.map((hour) => `2026-01-31T${hour}:30:00Z`);

test.each([
  ["while the clock stands still", hours("09", "09", "09")],
  ["while the clock is set back each time", hours("09", "08", "07")],
])(
  "a ledger that no longer tells what production does is not trusted again, %s: the next evaluation fills a new one",
  async (_, [now, earlier, earliest]) => {
    await using place = await aCounted(drifting());
    const { repository, env } = place;
    await luckier(repository, "[0-e]", "first");
    await luckier(repository, "[0-d]", "second");
    const at = (KIRA_NOW = "", more: object = {}) => ({ ...env, KIRA_NOW, ...more });
    // The ledger is made while all is well, and the trials that confirm when it no longer is.
    const begun = await evaluated(repository, 1, { env: at(now), args: ["--max-trials", "120"] });
    expect(begun.evaluation).toMatchObject({ why: "budget", ledgerTrials: 120 });
    const first = await evaluated(repository, 1, { env: at(earlier, { WORSE: "yes" }) });
    expect(first.evaluation).toMatchObject({ verdict: "improved", ledgerTrials: 0 });
    const second = await evaluated(repository, 2, { env: at(earliest, { WORSE: "yes" }) });
    expect(second.evaluation!.ledgerTrials).toBe(120);
  },
);
