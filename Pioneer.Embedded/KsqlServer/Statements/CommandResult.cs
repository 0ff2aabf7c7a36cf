using System.Collections.Immutable;
using Pioneer.Embedded.Ksql.Metastore;

namespace Pioneer.Embedded.Ksql.Statements;

/// <summary>What a distributed statement does to the metastore.</summary>
/// <param name="After">The metastore afterwards.</param>
/// <param name="CommandId">type/entity/action, as /status knows it.</param>
/// <param name="Message">What the client is told.</param>
/// <param name="QueryId">The query made or concerned.</param>
/// <param name="Ended">Queries that are over: they stop and their groups are deleted.</param>
internal sealed record CommandResult(
    MetastoreSnapshot After,
    string CommandId,
    string Message,
    string? QueryId,
    ImmutableArray<string> Ended)
{
    /// <summary>The topic to make before the statement counts, if any.</summary>
    public TopicWish? Topic { get; init; }

    /// <summary>Set when nothing is to be done (IF [NOT] EXISTS): the warning to answer with.</summary>
    public string? Warning { get; init; }

    /// <summary>The topic to delete afterwards (DROP ... DELETE TOPIC).</summary>
    public string? DeleteTopic { get; init; }
}

/// <summary>
/// A topic that a statement needs. With <paramref name="Partitions"/> it is made when missing, and must have that many when there;
/// with <paramref name="LikeTopic"/> the count is that topic's.
/// </summary>
internal sealed record TopicWish(string Name, int? Partitions, short? Replicas, Dictionary<string, string> Config, string? LikeTopic, bool MustExist);
