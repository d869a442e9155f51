var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Injectable } from '@nestjs/common';
import { notFound } from '../shared/errors.js';
import { isSettingKey } from './setting-keys.js';
/** The key of a path: one that we do not know is a 404. */
let SettingKeyPipe = class SettingKeyPipe {
    transform(key) {
        if (!isSettingKey(key))
            throw notFound('setting', { key });
        return key;
    }
};
SettingKeyPipe = __decorate([
    Injectable()
], SettingKeyPipe);
export { SettingKeyPipe };
//# sourceMappingURL=setting-key.pipe.js.map