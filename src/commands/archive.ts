import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { listArchive, showNode } from "../loop/archive.ts";
import { rollback } from "../loop/rollback.ts";
import { renderArchive, renderNode } from "../report/archive.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, atMost, oneOf, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

const verbs = ["list", "show", "rollback"] as const;

export class ArchiveCommand extends WorkspaceCommand {
  static override paths = [["archive"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "The tree of accepted configurations: list, show, roll back",
    examples: [
      ["Draw the tree", "$0 archive --list"],
      ["What a node changed", "$0 archive --show 2"],
      ["Bring an earlier state back", "$0 archive --rollback 1"],
      ["The same in words", "$0 archive rollback 1"],
    ],
  });

  words = Option.Rest();
  list = Option.Boolean("--list", false, { description: "Draw the tree" });
  show = Option.String("--show", { description: "What a node changed" });
  rollback = Option.String("--rollback", { description: "Bring a node's configuration back" });
  reset = Option.Boolean("--reset", false, { description: "Roll back only by moving production back" });
  restore = Option.Boolean("--restore", false, { description: "Roll back only by a new commit" });

  protected async run(workspace: Workspace): Promise<Answer> {
    const { verb, id } = this.#wanted();
    if (verb === "list") {
      const archive = await listArchive(workspace);
      return {
        json: { archive: archive.nodes, current: archive.current },
        text: renderArchive(archive.nodes, archive.current, this.width),
      };
    }
    if (verb === "show") {
      const { node, patch } = await showNode(workspace, id);
      return { json: { node, patch }, text: renderNode(node, patch) };
    }
    if (this.reset && this.restore)
      throw new KiraError("invalid", "--reset and --restore exclude each other. Choose one.");
    const done = await rollback(workspace, id, this.reset ? "reset" : this.restore ? "restore" : undefined);
    const tag = done.node.tag;
    const how = {
      reset: `moved back to ${tag}`,
      forward: `moved forward to ${tag}`,
      restore: `${done.made?.tag} restores ${tag} in a new commit`,
    }[done.way];
    return {
      json: { node: done.node, rollback: done },
      text: `Production: ${how} (${done.reason}).\nThe state before is ${done.from}.`,
    };
  }

  #wanted(): { verb: (typeof verbs)[number]; id: number } {
    const flags = [this.list && "list", this.show && "show", this.rollback && "rollback"].filter(
      (flag) => flag !== false && flag !== undefined && flag !== "",
    );
    if (flags.length > 1 || (flags.length === 1 && this.words.length > 0))
      throw new KiraError(
        "invalid",
        "archive does one thing at a time. Use one of --list, --show <id>, --rollback <id>.",
      );
    const verb = oneOf(String(flags[0] ?? this.words[0] ?? "list"), "The word after archive", verbs);
    atMost(this.words, verb === "list" ? 1 : 2, "archive");
    if (verb === "list") return { verb, id: 0 };
    const id = this.show ?? this.rollback ?? this.words[1];
    if (id === undefined)
      throw new KiraError(
        "invalid",
        `archive ${verb} needs a node's number. See them with: kira-improve archive --list.`,
      );
    return { verb, id: wholeNumber(id, "The node", 0) };
  }
}
