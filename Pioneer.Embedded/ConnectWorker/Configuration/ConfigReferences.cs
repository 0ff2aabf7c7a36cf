using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Pioneer.Embedded.Connect.Runtime;

namespace Pioneer.Embedded.Connect.Configuration;

/// <summary>
/// Puts values in the place of <c>${provider:path:key}</c> at the moment of use. As in Kafka Connect, a reference may be a part of a value, and
/// one to a provider that the worker does not have stays as it is.
/// </summary>
internal sealed partial class ConfigReferences(ImmutableArray<IConfigProvider> providers)
{
    /// <summary>The configuration with its values; the same one where nothing is referred to.</summary>
    /// <exception cref="ConnectConfigException">A provider has no such value.</exception>
    /// <exception cref="SourceUnavailableException">A provider could not be asked; later it may answer.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ResolveAsync(IReadOnlyDictionary<string, string> config, CancellationToken cancellationToken)
    {
        Dictionary<string, string>? resolved = null;
        foreach (var (key, value) in config)
        {
            if (Reference().Matches(value).Any(match => Provider(match) is not null))
            {
                resolved ??= new Dictionary<string, string>(config, StringComparer.Ordinal);
                resolved[key] = await ResolveAsync(key, value, cancellationToken);
            }
        }

        return resolved ?? config;
    }

    private IConfigProvider? Provider(Match reference) =>
        providers.FirstOrDefault(provider => reference.Groups["provider"].ValueSpan.SequenceEqual(provider.Name));

    private async Task<string> ResolveAsync(string key, string value, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var done = 0;
        foreach (Match match in Reference().Matches(value))
        {
            if (Provider(match) is { } provider)
            {
                text.Append(value, done, match.Index - done).Append(await AskAsync(provider, key, match, cancellationToken));
                done = match.Index + match.Length;
            }
        }

        return text.Append(value, done, value.Length - done).ToString();
    }

    private static async Task<string> AskAsync(IConfigProvider provider, string key, Match reference, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.GetAsync(reference.Groups["path"].Value, reference.Groups["key"].Value, cancellationToken);
        }
        catch (KeyNotFoundException absent)
        {
            throw new ConnectConfigException(key, $"{key} is {reference.Value}, which has no value: {absent.Message}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new SourceUnavailableException($"{key} is {reference.Value}, which could not be read: {failure.Message}");
        }
    }

    [GeneratedRegex(@"\$\{(?<provider>[^}:]*):((?<path>[^}:]*):)?(?<key>[^}]*)\}")]
    private static partial Regex Reference();
}
