import { JournaledIndex } from "../../../src/store/record.ts";

// Opens a record and says what is in it.
const [home = "", indexFile = ""] = process.argv.slice(2);
using record = new JournaledIndex(home, indexFile, () => new Date());
record.catchUp();
process.stdout.write(JSON.stringify(record.index.outcomes.total()));
