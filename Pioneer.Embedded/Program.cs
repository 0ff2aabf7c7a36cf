using Pioneer.Embedded;

return await EmbeddedProgram.RunAsync(args);
