export {};
//# sourceMappingURL=posting.js.map