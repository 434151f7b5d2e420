import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { kira } from "./kira.ts";

export type Files = Readonly<Record<string, string>>;

export interface TestRepository extends AsyncDisposable {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  write(files: Files): Promise<void>;
  /** Writes files and commits them on the branch that is checked out; the new commit. */
  commit(files: Files, message?: string): Promise<string>;
}

/** A repository that is there already. */
export function repositoryAt(folder: string): Omit<TestRepository, typeof Symbol.asyncDispose> {
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
  const write = async (contents: Files) => {
    for (const [path, text] of Object.entries(contents)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
      if (text.startsWith("#!")) await chmod(join(folder, path), 0o755);
    }
  };
  const commit = async (contents: Files, message = "change") => {
    await write(contents);
    await git("add", "--", ...Object.keys(contents));
    await git("commit", "--quiet", `--message=${message}`);
    return git("rev-parse", "HEAD");
  };
  return { folder, git, write, commit };
}

/** A real git repository with one commit on `main`, gone at the end of the test. */
export async function aRepository(
  files: Files = { "AGENTS.md": "Be kind.\n" },
  name = "kira test ",
): Promise<TestRepository> {
  const folder = await mkdtemp(join(tmpdir(), name));
  const { git, write, commit } = repositoryAt(folder);
  await git("init", "--quiet", "--initial-branch=main");
  for (const [key, value] of Object.entries({
    "user.name": "Test",
    "user.email": "test@example.invalid",
    "gc.auto": "0",
  }))
    await git("config", key, value);
  await commit(files, "baseline");
  return {
    folder,
    git,
    write,
    commit,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** An empty folder, gone at the end of the test. */
export async function aSpareFolder(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "kira spare "));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A configuration whose agent is a shell script, and a bank of ten tasks; see `anAgent`. */
export const agentConfig = {
  production: "main",
  allow: ["AGENTS.md", "skills/**", "settings.json"],
  protect: ["agent.sh"],
  agent: { use: "command", command: ["sh", "agent.sh"], timeoutSeconds: 20 },
  propose: {
    model: "offline",
    lessons: { file: "skills/lessons.md", format: "- {category}: {terms}", from: ["task"] },
    knobs: [{ file: "settings.json", path: "tries", values: [1, 2, 3] }],
  },
  evaluate: { runs: 3, concurrency: 2 },
};

/** Answers "yes" to a prompt when some line of the lessons or of AGENTS.md names the prompt's last word. */
const agentScript = `prompt=$(cat)
word=\${prompt##* }
if grep -qw "$word" AGENTS.md skills/lessons.md; then echo yes; else echo no; fi
`;

const words = ["apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey", "ice", "jam"];

/** A task that is passed when the agent knows the word. */
export function aTask(word: string, more: object = {}): Files {
  const task = {
    name: `knows-${word}`,
    description: `Whether ${word} is known`,
    category: "food",
    prompt: `Do you know ${word}`,
    criteria: [{ type: "text", equals: "yes" }],
    family: word,
    ...more,
  };
  return { [`data/tasks/knows-${word}.json`]: JSON.stringify(task, null, 2) };
}

/** The files of a small agent that knows three of ten words. */
export function anAgent(config: object = agentConfig): Files {
  return {
    ".kira-improve.json": JSON.stringify(config, null, 2),
    "AGENTS.md": "You know apple, bread and cheese.\n",
    "skills/lessons.md": "# Lessons\n",
    "settings.json": '{\n  "tries": 1\n}\n',
    "agent.sh": agentScript,
    ...Object.assign({}, ...words.map((word) => aTask(word))),
  };
}

/**
 * A repository with that agent, set up. Its verdicts may be merged without a sandbox, so that most tests need none:
 * pass `--allow-unsandboxed` to evaluate.
 */
export async function anAgentRepository(files: Files = {}): Promise<TestRepository> {
  const repository = await aRepository({ ...anAgent(), ...files });
  await repository.git("config", "kira.acceptUnsandboxed", "true");
  const { status, stderr } = await kira({ folder: repository.folder }, "init");
  if (status !== 0) throw new Error(stderr);
  return repository;
}

/** A branch that teaches the agent the other seven words: a change that helps. */
export async function aGoodIdea({ git, commit }: TestRepository, branch = "good-idea"): Promise<string> {
  await git("switch", "--quiet", "--create", branch);
  const head = await commit(
    { "skills/lessons.md": `# Lessons\n\n- food: ${words.slice(3).join(", ")}\n` },
    "feat: know more food",
  );
  await git("switch", "--quiet", "main");
  return head;
}
