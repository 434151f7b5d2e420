import { configFile, parseConfig } from "../../domain/config.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Git } from "../../git/git.ts";
import { readHead, type Repository } from "../../git/repository.ts";
import { configText, indexFileOf } from "../../logbook.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { type Check, failure, ok, told, warning } from "./check.ts";

const why = "What may change, and how it is judged, is read from the production branch.";

/** A configuration in the working tree that cannot be read: it hides all the rest. */
export async function unreadable(git: Git, repository: Repository): Promise<Check | undefined> {
  const text = configText(repository);
  try {
    parseConfig(text ?? "", configFile);
    indexFileOf(repository);
    return undefined;
  } catch (error) {
    if (!(error instanceof KiraError)) throw error;
    const tracked = await git.userAnswer(["ls-files", "--error-unmatch", configFile], { answers: [1] });
    const { found, fix } = told(error);
    // Where it is committed, that one is put back and this one kept.
    const back = `git stash push --message "kira-improve: set aside" -- ${configFile}`;
    return failure("config", { found, why, fix: tracked.status === 0 ? back : fix });
  }
}

/** Whether the configuration that counts is the one the user looks at. */
export async function checkConfig(workspace: Workspace): Promise<{ check: Check; rules?: Rules }> {
  let rules: Rules;
  try {
    rules = await workspace.rules();
  } catch (error) {
    return { check: failure("config", { ...told(error), why }) };
  }
  const { repository, settings, objects } = workspace;
  const entry = await objects.find(rules.tree, configFile);
  const counts = (await objects.readBlob(entry!.oid)).toString("utf8");
  const onProduction = readHead(repository) === rules.production;
  if (!onProduction || configText(repository) === counts)
    return { rules, check: ok("config", `as committed on ${settings.production}`) };
  const found = `${configFile} here is not the one that is committed on ${settings.production}.`;
  const fix = `git commit -m "chore: configure kira-improve" ${configFile}`;
  return { rules, check: warning("config", { found, why, fix }) };
}
