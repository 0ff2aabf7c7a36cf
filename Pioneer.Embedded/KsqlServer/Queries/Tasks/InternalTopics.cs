using System.Globalization;
using Pioneer.Embedded.Ksql.Kafka;

namespace Pioneer.Embedded.Ksql.Queries.Tasks;

/// <summary>The topics inside a query: made before it begins, deleted once it is over.</summary>
internal static class InternalTopics
{
    private static readonly string[] Endings = ["-changelog", "-repartition", "-topic"];

    /// <summary>Makes what is missing, and checks what is there.</summary>
    /// <param name="admin">The cluster.</param>
    /// <param name="layout">The query's tasks.</param>
    /// <param name="hasRun">Whether the query has committed anything: a changelog that is missing then is lost state.</param>
    /// <exception cref="QuerySetupException">A topic is not as it must be.</exception>
    public static async Task EnsureAsync(TopicAdmin admin, TaskLayout layout, bool hasRun)
    {
        foreach (var topic in layout.Topics)
        {
            if (await Task.Run(() => admin.Describe(topic.Name)) is not { } existing)
            {
                if (hasRun && topic.IsChangelog)
                {
                    throw new QuerySetupException(
                        $"The topic '{topic.Name}', which keeps the state of the query, is gone, and the state with it. TERMINATE the query and make it anew.");
                }

                await admin.CreateAsync(topic.Name, topic.Partitions, null, new Dictionary<string, string>(topic.Config, StringComparer.Ordinal));
            }
            else if (existing.Partitions != topic.Partitions)
            {
                throw new QuerySetupException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The topic '{topic.Name}' of the query has {existing.Partitions} partitions, and its sources now ask for {topic.Partitions}: "
                    + $"rows of a key would no longer meet their state. TERMINATE the query and make it anew."));
            }
        }
    }

    /// <summary>The topics of a query among all, by name alone: of one that is over nothing else is known.</summary>
    /// <param name="all">Names of topics.</param>
    /// <param name="prefix">What names of its topics begin with.</param>
    /// <param name="others">The same of queries that are not over, whose names may begin alike.</param>
    public static IEnumerable<string> Of(IEnumerable<string> all, string prefix, IReadOnlyCollection<string> others) => all.Where(topic =>
        topic.StartsWith(prefix + "-", StringComparison.Ordinal)
        && Array.Exists(Endings, ending => topic.EndsWith(ending, StringComparison.Ordinal))
        && !others.Any(other => other.Length > prefix.Length && topic.StartsWith(other + "-", StringComparison.Ordinal)));
}
