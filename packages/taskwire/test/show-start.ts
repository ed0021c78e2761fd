// Loaded before a program, to see when and with which flags node begins.
process.stderr.write(`start ${process.pid} ${process.execArgv.join(' ')}\n`);
