export {};
//# sourceMappingURL=payment-provider.js.map