var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Catch, ServiceUnavailableException } from '@nestjs/common';
/** Answers a failed check with what the checks found. The errors of the two APIs have no place for that. */
let HealthFilter = class HealthFilter {
    catch(exception, host) {
        host.switchToHttp().getResponse().status(exception.getStatus()).json(exception.getResponse());
    }
};
HealthFilter = __decorate([
    Catch(ServiceUnavailableException)
], HealthFilter);
export { HealthFilter };
//# sourceMappingURL=health.filter.js.map