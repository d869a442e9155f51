var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Injectable } from '@nestjs/common';
/** The only source of time. Tests put a frozen clock in its place. */
export class Clock {
}
let SystemClock = class SystemClock extends Clock {
    now() {
        return new Date();
    }
};
SystemClock = __decorate([
    Injectable()
], SystemClock);
export { SystemClock };
/** RFC 3339 in UTC with six fractional digits, as the wallets API writes timestamps. */
export function formatTimestamp(date) {
    return date.toISOString().replace('Z', '000Z');
}
/** `formatTimestamp`, null staying null. */
export function formatTimestampOrNull(date) {
    return date ? formatTimestamp(date) : null;
}
//# sourceMappingURL=clock.js.map