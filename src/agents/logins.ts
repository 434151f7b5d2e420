/** How a program can be let in by its provider, and whether a contained trial can be. */
export interface Login {
  readonly what: string;
  readonly contained: boolean;
  readonly how: string;
}

const subscription = {
  contained: false,
  how: "it lies in the user's home, which no trial sees: whatever reads it could keep it",
} as const;
const viaGateway = {
  contained: true,
  how: 'with evaluate.network "llm" the gateway adds it outside of the trial, which never has it',
} as const;

/** For each named agent; the README tells the same. */
export const logins = {
  "claude-code": [
    { what: "an API key (ANTHROPIC_API_KEY)", ...viaGateway },
    { what: "a Claude subscription (claude /login)", ...subscription },
  ],
  codex: [
    { what: "an API key (OPENAI_API_KEY)", ...viaGateway },
    { what: "a ChatGPT subscription (codex login)", ...subscription },
  ],
} satisfies Record<string, readonly Login[]>;

/** What to do where nobody lets an agent in. */
export function adviceFor(agent: keyof typeof logins): string {
  const all: readonly Login[] = logins[agent];
  const can = all.filter(({ contained }) => contained).map(({ what }) => what);
  const cannot = all.filter(({ contained }) => !contained).map(({ what }) => what);
  return `A trial can use ${can.join(" or ")}, with evaluate.network "llm"; ${cannot.join(" and ")} is not shown to it.`;
}
