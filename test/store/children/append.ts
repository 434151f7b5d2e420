import { JournaledIndex } from "../../../src/store/record.ts";
import { anOutcome } from "../entries.ts";

// Appends `count` outcomes, one write each, under the name `task`.
const [home = "", indexFile = "", task = "", count = "0"] = process.argv.slice(2);
using record = new JournaledIndex(home, indexFile, () => new Date());
for (let i = 0; i < Number(count); i++)
  record.write((index) => [anOutcome({ id: index.outcomes.nextId(), task: `${task} ${i}` })]);
