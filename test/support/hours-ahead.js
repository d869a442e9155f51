// Loaded into a service process before anything else (`--import`): its clock runs HOURS_AHEAD hours ahead of the
// machine's, so that what a killed process has left is due at once for the next one, leases and all.
const AHEAD_MS = Number(process.env.HOURS_AHEAD) * 3_600_000;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + AHEAD_MS);
    else super(...given);
  }

  static now() {
    return RealDate.now() + AHEAD_MS;
  }
};

// The database knows nothing of the hours: they decide about money too, unless a test says otherwise.
process.env.LEDGER_CLOCK ??= 'process';
