import { monotonicFactory } from 'ulid';
const nextUlid = monotonicFactory();
/** A new id, `<prefix>_<ULID>`: sorts by time, also within one millisecond of one process. */
export function newId(prefix, now) {
    return `${prefix}_${nextUlid(now.getTime())}`;
}
//# sourceMappingURL=ids.js.map