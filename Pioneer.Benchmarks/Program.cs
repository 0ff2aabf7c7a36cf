using Pioneer.Benchmarks.KsqlCases;
using Pioneer.Benchmarks.Races;
using Pioneer.Benchmarks.Sandbox;
using Pioneer.Jobs.Kafka;

const string Usage = """
    Usage: dotnet run -c Release --project Pioneer.Benchmarks -- <program> [arguments]

      sandbox --world FILE --in STATEMENTS.jsonl --out VERDICTS.jsonl    judge statements against a catalogue
      ksql-cases PATH... [--list failed] [--id ID] [--json FILE]         run ksqlDB's conformance cases against the engine
      race NAME | race list                                              measure a goal on this machine
    """;

KafkaLibrary.Require();
switch (args)
{
    case ["sandbox", .. var rest]:
        return await SandboxProgram.RunAsync(rest);
    case ["ksql-cases", .. var rest]:
        return await KsqlCasesProgram.RunAsync(rest);
    case ["race", .. var rest]:
        return await RaceProgram.RunAsync(rest);
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}
