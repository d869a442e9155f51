var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ErrorFilter } from './errors/error.filter.js';
import { ValidationPipe } from './validation.pipe.js';
/** How every route reads requests and answers errors. The body parsers come with `readBodies(app)`. */
let HttpModule = class HttpModule {
};
HttpModule = __decorate([
    Module({
        providers: [
            { provide: APP_FILTER, useClass: ErrorFilter },
            { provide: APP_PIPE, useClass: ValidationPipe },
        ],
    })
], HttpModule);
export { HttpModule };
//# sourceMappingURL=http.module.js.map