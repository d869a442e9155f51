import { attack, type Attacker, type AttackName } from './attacks.js';

/** A process of its own: what an attack costs whoever makes it must not slow down whoever measures. */
process.once('disconnect', () => process.exit());
process.once('message', ({ name, attacker }: { name: AttackName; attacker: Attacker }) => attack(name, attacker));
