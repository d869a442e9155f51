export default {
  testEnvironment: 'node',
  // Runs a file with Node's own modules, which all files of a worker share.
  testRunner: '<rootDir>/test/support/native-runner.js',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  transform: {},
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  testTimeout: 120_000,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  maxWorkers: 2,
  // A worker that has grown is made anew, before it only collects garbage: some 800 MB are in use after a few files.
  workerIdleMemoryLimit: '1500MB',
};
