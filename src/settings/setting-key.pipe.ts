import { Injectable, type PipeTransform } from '@nestjs/common';
import { notFound } from '../shared/errors.js';
import { isSettingKey, type SettingKey } from './setting-keys.js';

/** The key of a path: one that we do not know is a 404. */
@Injectable()
export class SettingKeyPipe implements PipeTransform<string, SettingKey> {
  transform(key: string): SettingKey {
    if (!isSettingKey(key)) throw notFound('setting', { key });
    return key;
  }
}
