// Loaded into a process before anything else (`--import`): its clock goes FAST_CLOCK times as fast as the machine's, so that
// leases, look-ups and cool-offs of minutes are over in seconds. "epoch speed ahead": since `epoch` (milliseconds since
// 1970) time goes `speed` times as fast, and is `ahead` milliseconds further. All processes of a run share the first two;
// a service's own `ahead` is how wrong its clock is.
const RealDate = Date;
const [epoch, speed, ahead] = process.env.FAST_CLOCK.split(' ').map(Number);

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(Date.now());
    else super(...given);
  }

  static now() {
    return Math.floor(epoch + (RealDate.now() - epoch) * speed + ahead);
  }
};
