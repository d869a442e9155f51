import { CompiledQuery } from 'kysely';
/** One open database transaction, for the statements that the ledger and its policies write as SQL. */
export class LedgerTransaction {
    em;
    now;
    constructor(em, 
    /** The instant of this batch, read after its locks were taken, so that no entry is dated before one it waited for. */
    now) {
        this.em = em;
        this.now = now;
    }
    /** Runs one statement with native parameters ($1, $2, ...). MikroORM's own `execute` writes them into the text. */
    async query(sql, parameters = []) {
        const transaction = this.em.getTransactionContext();
        if (!transaction)
            throw new Error('the ledger writes inside a transaction only');
        const result = await transaction.executeQuery(CompiledQuery.raw(sql, parameters));
        return result.rows;
    }
}
//# sourceMappingURL=ledger-transaction.js.map