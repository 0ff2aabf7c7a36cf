using Microsoft.Extensions.Configuration;

namespace Pioneer.Domain.Persistence;

/// <summary>
/// Configuration values that lie in files of their own, as orchestrators hand out secrets: <c>Key__Sub__File=/run/secrets/name</c> sets <c>Key:Sub</c>,
/// so that no secret stands in an environment or in the list of processes.
/// </summary>
public static class ValuesFromFiles
{
    private const string Suffix = ":File";
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads each file that the configuration names, without the end of its last line.</summary>
    /// <exception cref="StartException">A file that cannot be read, with its key.</exception>
    public static void AddTo(IConfigurationManager configuration)
    {
        var values = configuration.AsEnumerable().Where(pair => pair.Value is { Length: > 0 } && pair.Key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
            .Select(pair => new KeyValuePair<string, string?>(pair.Key[..^Suffix.Length], Read(pair.Key, pair.Value!))).ToList();
        if (values.Count > 0)
        {
            configuration.AddInMemoryCollection(values);
        }
    }

    private static string Read(string key, string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? File.ReadAllText(path).TrimEnd('\r', '\n')
                : throw new StartException($"{key} names '{path}', which has more than {MaxBytes / 1024} KiB: that is no value of a key.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new StartException($"{key} names '{path}', and it cannot be read: {failure.Message}", failure);
        }
    }
}
