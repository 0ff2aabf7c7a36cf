namespace Pioneer.Tests;

/// <summary>The start scripts of a real Apache Kafka in <c>../shared/kafka/bin</c> beside the repository: <c>cluster</c>, <c>connect</c>, <c>kt</c>.</summary>
public static class KafkaScripts
{
    private const string Java = "/usr/bin/java";

    /// <summary>Why they cannot run here; null when they can.</summary>
    public static string? Missing { get; } = Find("cluster") is null ? "Apache Kafka is not present (../shared/kafka)."
        : File.Exists(Java) ? null
        : $"Apache Kafka needs Java ({Java}).";

    /// <summary>The path of a script; null where the folder is missing.</summary>
    public static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "kafka", "bin", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
