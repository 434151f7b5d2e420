import { z } from "zod";
import { KiraError } from "./errors.ts";

/** Says what a backup holds; it comes along as a commit under this ref. */
export const backupRef = "refs/kira/backup";
export const manifestFile = "manifest.json";

const oid = z.string().regex(/^[0-9a-f]{40}$/);
const clone = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
// git's own rule for names.
const refName = z
  .string()
  .max(300)
  .regex(/^refs\/[^\u0000-\u0020\u007f~^:?*[\\]+$/)
  .refine((name) => !/\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(name));
const branch = refName.regex(/^refs\/heads\/(?!kira(\/|$))/);

const manifest = z
  .strictObject({
    v: z.literal(1),
    clone,
    timestamp: z.iso.datetime(),
    production: branch,
    refs: z.record(refName, oid),
    /** What was approved in that clone's own git configuration, `key value`: told, never applied. */
    approvals: z
      .array(
        z
          .string()
          .max(10_000)
          .regex(/^kira\.\S/),
      )
      .max(1000),
  })
  // Nothing but the record and the branch that it is about: no other branch, no tag, no ref of another program.
  .refine(({ refs, production }) =>
    Object.keys(refs).every(
      (name) => name === production || /^refs\/(kira|notes\/kira|tags\/kira|heads\/kira)\//.test(name),
    ),
  );

export type Manifest = z.infer<typeof manifest>;

/** @throws KiraError `invalid` */
export function parseManifest(text: string, file: string): Manifest {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `${file} is a bundle, but none that this version of kira-improve can restore. Name a file that kira-improve backup wrote.`,
      { cause },
    );
  }
}
