export {};
//# sourceMappingURL=ledger-policy.js.map