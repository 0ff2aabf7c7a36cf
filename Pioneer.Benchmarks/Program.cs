using Pioneer.Benchmarks.Sandbox;

const string Usage = """
    Usage: dotnet run -c Release --project Pioneer.Benchmarks -- <program> [arguments]

      sandbox --world FILE --in STATEMENTS.jsonl --out VERDICTS.jsonl    judge statements against a catalogue
    """;

switch (args)
{
    case ["sandbox", .. var rest]:
        return await SandboxProgram.RunAsync(rest);
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}
