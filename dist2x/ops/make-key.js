import { generateApiKey } from '../auth/api-key-format.js';
// `npm run make-key`: a new server key, for BOOTSTRAP_API_KEY.
process.stdout.write(`${generateApiKey('private_key')}\n`);
//# sourceMappingURL=make-key.js.map