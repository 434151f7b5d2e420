import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { KiraError } from "../domain/errors.ts";
import type { Tape } from "./contract.ts";
import type { ProtocolName } from "./index.ts";
import { hashOf, type NormalRequest } from "./normal.ts";

const cover = z.object({ version: z.literal(1), providers: z.array(z.string()) });
const chunk = z.union([z.string(), z.strictObject({ base64: z.string() })]);
const recorded = z.object({
  status: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()),
  chunks: z.array(chunk),
});

/** An answer, piece by piece as it came. */
export interface Recorded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Buffer[];
}

/** Where the answer to one request stands. */
export interface Place {
  read(): Promise<Recorded | undefined>;
  write(answer: Recorded): Promise<void>;
}

/** The answers of one trial. */
export interface Track {
  /** The same request made again has the next place. */
  next(request: NormalRequest): Place;
}

const coverFile = "recording.json";

/** @throws KiraError `not-found` if there is nothing to replay, `invalid` if it cannot be read */
export async function providersOn({ folder }: Tape): Promise<string[]> {
  const path = join(folder, coverFile);
  if (!existsSync(path))
    throw new KiraError(
      "not-found",
      `There is no recording in ${folder}. Make one with --record ${folder}, where the models can be reached.`,
    );
  const parsed = cover.safeParse(await readJson(path));
  if (parsed.success) return parsed.data.providers;
  throw new KiraError(
    "invalid",
    `The recording in ${folder} cannot be read by this version. Record it again with --record ${folder}.`,
  );
}

/** Notes which providers there are, beside those of an earlier recording in the same folder. */
export async function beginTape(tape: Tape, providers: readonly ProtocolName[]): Promise<void> {
  const earlier = existsSync(join(tape.folder, coverFile)) ? await providersOn(tape) : [];
  await mkdir(tape.folder, { recursive: true });
  const all = [...new Set([...earlier, ...providers])].sort();
  await writeJson(join(tape.folder, coverFile), { version: 1, providers: all });
}

/** @param key the trial's; recorded anew, what was recorded of it before is gone */
export async function openTrack({ mode, folder }: Tape, key: string): Promise<Track> {
  const place = join(folder, key);
  if (mode === "record") {
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
  }
  const times = new Map<string, number>();
  return {
    next(request) {
      const hash = hashOf(request);
      const time = times.get(hash) ?? 0;
      times.set(hash, time + 1);
      const path = join(place, `${hash}-${time}.json`);
      return {
        async read() {
          const parsed = existsSync(path) ? recorded.safeParse(await readJson(path)) : undefined;
          return parsed?.data && { ...parsed.data, chunks: parsed.data.chunks.map(bytesOf) };
        },
        write: ({ status, headers, chunks }) =>
          writeJson(path, { request, status, headers, chunks: chunks.map(asJson) }),
      };
    },
  };
}

/** Text as it is, so that people can read it; a piece that cuts a character in two is no text. */
function asJson(bytes: Buffer): z.infer<typeof chunk> {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString("base64") };
}

const bytesOf = (piece: z.infer<typeof chunk>) =>
  typeof piece === "string" ? Buffer.from(piece) : Buffer.from(piece.base64, "base64");

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
};

async function writeJson(path: string, content: object): Promise<void> {
  await writeFile(`${path}.part`, `${JSON.stringify(content, null, 1)}\n`);
  await rename(`${path}.part`, path);
}
