import type { Entry } from "../domain/entry.ts";
import { AnalysisStore } from "./analyses.ts";
import { ArchiveStore } from "./archive.ts";
import { AuditStore } from "./audits.ts";
import type { Database } from "./database.ts";
import { EvaluationStore } from "./evaluations.ts";
import { FactStore } from "./facts.ts";
import { IntentStore } from "./intents.ts";
import { OperationStore } from "./operations.ts";
import { OutcomeStore } from "./outcomes.ts";
import { ProposalStore } from "./proposals.ts";
import { QuarantineStore } from "./quarantine.ts";
import { RubricStore } from "./rubrics.ts";
import { SettlementStore } from "./settlements.ts";
import { TaskBankStore } from "./task-bank.ts";
import { TrialStore } from "./trials.ts";

/** All tables of one index. */
export interface Index {
  /** Who keeps it. */
  readonly clone: string;
  readonly outcomes: OutcomeStore;
  readonly analyses: AnalysisStore;
  readonly proposals: ProposalStore;
  readonly evaluations: EvaluationStore;
  readonly trials: TrialStore;
  readonly archive: ArchiveStore;
  readonly taskBank: TaskBankStore;
  readonly quarantine: QuarantineStore;
  readonly settlements: SettlementStore;
  readonly audits: AuditStore;
  readonly operations: OperationStore;
  readonly rubrics: RubricStore;
  readonly intents: IntentStore;
  readonly facts: FactStore;
}

/** @param clone the id of the clone whose index this is */
export function openIndex(db: Database, clone: string): Index {
  return {
    clone,
    outcomes: new OutcomeStore(db),
    analyses: new AnalysisStore(db),
    proposals: new ProposalStore(db),
    evaluations: new EvaluationStore(db),
    trials: new TrialStore(db),
    archive: new ArchiveStore(db),
    taskBank: new TaskBankStore(db),
    quarantine: new QuarantineStore(db),
    settlements: new SettlementStore(db),
    audits: new AuditStore(db),
    operations: new OperationStore(db),
    rubrics: new RubricStore(db),
    intents: new IntentStore(db),
    facts: new FactStore(db),
  };
}

/**
 * Puts one line of the own journal into the index.
 * @returns false if what it says has a number that something else has
 */
export function applyEntry(index: Index, entry: Entry): boolean {
  return applyShared(index, entry, index.clone) ?? (applyOwn(index, entry), true);
}

/**
 * Puts one line of another clone's journal into the index. The order in which journals are read makes no difference.
 * @returns false if what it says has a number that something else has
 */
export function applyElsewhere(index: Index, entry: Entry, clone: string): boolean {
  if (entry.kind === "trial") index.trials.addElsewhere(entry, clone);
  else if (entry.kind === "settlement") index.settlements.addElsewhere(entry, clone);
  return applyShared(index, entry, clone) ?? true;
}

/** What is a fact of the record whoever says it; undefined for what concerns the clone that says it alone. */
function applyShared(index: Index, entry: Entry, clone: string): boolean | undefined {
  switch (entry.kind) {
    case "outcome":
      return index.outcomes.add(entry);
    case "analysis":
      return index.analyses.add(itemOf(entry));
    case "proposal":
      return index.proposals.add(itemOf(entry));
    case "evaluation":
      return index.evaluations.add(itemOf(entry), clone);
    case "node":
      return index.archive.add(itemOf(entry), clone);
    case "scores":
      index.evaluations.addScores(entry, clone);
      return true;
    case "decision":
      index.proposals.decide(entry, clone);
      return true;
    case "audit":
      index.audits.add(itemOf(entry), clone);
      return true;
    case "renumbering":
      return true; // the lines before it were read with it in mind
    default:
      return undefined;
  }
}

/** What governs this clone: its evidence, and where it stands in its own work. */
function applyOwn(index: Index, entry: Entry): void {
  switch (entry.kind) {
    case "trial":
      return index.trials.add(itemOf(entry));
    case "grade":
      return index.trials.addGrade(entry);
    case "intent":
      return index.intents.add(itemOf(entry));
    case "completion":
      return index.intents.complete(entry);
    case "seen":
      return index.facts.set("seen", JSON.stringify(entry.tips));
    case "part":
      return index.facts.addPart(entry);
    case "quarantine":
      return index.quarantine.add(entry);
    case "settlement":
      return index.settlements.add(itemOf(entry));
    case "expiry":
      return index.settlements.addExpiry(entry);
    case "operation":
      return index.operations.add(itemOf(entry));
    case "qualification":
      return index.rubrics.addQualification(itemOf(entry));
    case "look":
      return index.rubrics.addLook(itemOf(entry));
  }
}

/** What the line says, without how it says it: the same whether it was just written or read again. */
function itemOf<Line extends Entry>(line: Line): Omit<Line, "kind"> {
  const { kind: _, ...item } = line;
  if ("v" in item) delete item.v;
  if ("more" in item) delete item.more;
  return item;
}
