using System.Collections.Immutable;
using System.Text.Json;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>One entry of the answer to a statement, as ksqlDB sent it. <see cref="Type"/> is its <c>@type</c>.</summary>
public sealed record KsqlEntity(string Type, JsonElement Body)
{
    /// <summary>The server's word on a command: CREATED, a query id, or a warning.</summary>
    public string Message => Body.TryGetProperty("commandStatus", out var status) && status.TryGetProperty("message", out var message)
        ? message.GetString() ?? ""
        : Body.TryGetProperty("message", out var plain) ? plain.GetString() ?? "" : "";
}

/// <summary>A stream or table as listed.</summary>
public sealed record KsqlSourceInfo(string Name, string Topic, bool IsTable, string KeyFormat, string ValueFormat);

/// <summary>A running query as listed.</summary>
public sealed record KsqlQueryInfo(string Id, string Text, ImmutableArray<string> Sinks, ImmutableArray<string> SinkTopics, bool IsPersistent, string State)
{
    /// <summary>What it left out and could not compute; null where the server does not tell, as ksqlDB itself does not.</summary>
    public KsqlFaults? Faults { get; init; }
}

/// <summary>A column as DESCRIBE shows it; <see cref="Role"/> is KEY or empty.</summary>
public sealed record KsqlField(string Name, string Type, string Role);

/// <summary>DESCRIBE EXTENDED of a stream or table.</summary>
public sealed record KsqlSourceDescription(
    string Name, string Topic, bool IsTable, ImmutableArray<KsqlField> Fields, ImmutableArray<string> ReadQueryIds,
    ImmutableArray<string> WriteQueryIds, string Statement);

/// <summary>EXPLAIN of a running query: what it really reads and writes (names of streams and tables, not topics).</summary>
public sealed record KsqlQueryDescription(
    string Id, string StatementText, ImmutableArray<string> Sources, ImmutableArray<string> Sinks, string State, ImmutableArray<string> Errors);

/// <summary>First line of a streamed result.</summary>
public sealed record KsqlRowHeader(string QueryId, ImmutableArray<string> ColumnNames, ImmutableArray<string> ColumnTypes);

/// <summary>How a hosted ksqlDB service signs in to the brokers.</summary>
public sealed record KsqlServiceConnection(string BootstrapServers, string SecurityProtocol, string SaslMechanism, string Username, string Password, string? SslCaLocation)
{
    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"{Username}@{BootstrapServers} ({SecurityProtocol}, {SaslMechanism})";
}

/// <summary>A service that the host runs.</summary>
/// <param name="Error">Why it does not run, where the host says so.</param>
public sealed record KsqlHostedService(string Id, string Username, string State, string? Error)
{
    public bool IsRunning => State is "RUNNING" or "";
}
