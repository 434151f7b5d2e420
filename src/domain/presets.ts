/** What "the configuration" is for the agents people have: which paths may change, and which never. */
export const presets = {
  "claude-code": {
    signs: ["CLAUDE.md", ".claude/"],
    allow: ["CLAUDE.md", ".claude/{skills,agents,commands,rules}/**"],
    protect: [".claude/settings*.json", ".mcp.json"],
  },
  codex: {
    signs: [".codex/", ".agents/"],
    allow: ["AGENTS.md", ".agents/skills/**", ".codex/**"],
    protect: [".codex/config.toml"],
  },
  openclaw: {
    signs: ["SOUL.md", "IDENTITY.md", "BOOT.md"],
    allow: ["AGENTS.md", "SOUL.md", "IDENTITY.md", "BOOT.md", "skills/**", ".agents/skills/**"],
    protect: ["USER.md", "MEMORY.md", "memory/**"],
  },
  generic: { signs: [], allow: ["AGENTS.md", "prompts/**", "skills/**"], protect: [] },
} satisfies Record<string, { signs: string[]; allow: string[]; protect: string[] }>;

/** What an agent reads of its files: the rest it cuts off without a word. In characters. */
export interface ReadingLimits {
  readonly names: readonly string[];
  readonly file: number;
  readonly all: number;
}

export const readingLimits: Readonly<Partial<Record<PresetName, ReadingLimits>>> = {
  openclaw: {
    names: [
      "AGENTS.md",
      "SOUL.md",
      "IDENTITY.md",
      "BOOT.md",
      "USER.md",
      "TOOLS.md",
      "MEMORY.md",
      "HEARTBEAT.md",
    ],
    file: 20_000,
    all: 60_000,
  },
};

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];

/** The layout that a repository's paths show; `generic` if none does. */
export function detectPreset(paths: readonly string[]): PresetName {
  const shows = (sign: string) =>
    paths.some((path) => (sign.endsWith("/") ? path.startsWith(sign) : path === sign));
  return presetNames.find((name) => presets[name].signs.some(shows)) ?? "generic";
}
