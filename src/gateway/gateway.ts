import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Config } from "../domain/config.ts";
import type { Scratch } from "../git/scratch.ts";
import type { Gateway, Prices, Tape } from "./contract.ts";
import { type Allowance, Ledger } from "./ledger.ts";
import { openPass, type Shared } from "./pass.ts";
import type { PriceBook } from "./prices.ts";
import { beginTape, providersOn } from "./tape.ts";
import { findUpstreams, protocolNames, type Upstreams } from "./upstreams.ts";

export interface GatewaySettings {
  readonly baseUrls: Config["propose"]["baseUrls"];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly prices: Prices;
  /** For what is not in `prices`; see `PriceBook`. */
  readonly listPrice: PriceBook["listPrice"];
  /** Makes a folder for the doors that nobody else can enter; its name has at most 84 characters. */
  readonly openFolder: () => Pick<Scratch, "root"> & Disposable;
  readonly allowance: Allowance;
  readonly tape?: Tape | undefined;
}

/**
 * Opens the way from trials to models. With a recording to replay nobody is asked, and no key is needed.
 * @throws KiraError `unavailable` if there is no model to reach, `not-found` or `invalid` for a bad recording
 */
export async function openGateway(settings: GatewaySettings): Promise<Gateway> {
  const { prices, listPrice, openFolder, allowance, tape } = settings;
  const upstreams: Upstreams =
    tape?.mode === "replay" ? {} : await findUpstreams(settings.baseUrls, settings.environment);
  const offered = tape?.mode === "replay" ? await providersOn(tape) : Object.keys(upstreams);
  const providers = protocolNames.filter((name) => offered.includes(name));
  if (tape?.mode === "record") await beginTape(tape, providers);

  const folder = openFolder();
  const agents = {
    "http:": new HttpAgent({ keepAlive: true }),
    "https:": new HttpsAgent({ keepAlive: true }),
  };
  const ledger = new Ledger(allowance);
  const shared: Shared = {
    folder: folder.root,
    providers,
    upstreams,
    agents,
    ledger,
    book: { prices, listPrice },
    tape,
  };
  let opened = 0;
  return {
    get stopped() {
      return ledger.stopped;
    },
    unpriced: ledger.unpriced,
    open: (trial) => openPass(shared, opened++, trial),
    async [Symbol.asyncDispose]() {
      agents["http:"].destroy();
      agents["https:"].destroy();
      folder[Symbol.dispose]();
    },
  };
}
