namespace Pioneer.Tests.Jobs.Connect;

/// <summary>A worker to be tested, and a source that it can read.</summary>
/// <param name="Url">The worker's REST address, without a slash at its end.</param>
/// <param name="ConnectorClass">The connector's class.</param>
/// <param name="RequiredKey">A configuration key that the class demands.</param>
/// <param name="Source">Configuration of a connector of the class, which delivers some rows and goes on.</param>
public sealed record ConnectUnderTest(string Url, string ConnectorClass, string RequiredKey, IReadOnlyDictionary<string, string> Source)
{
    /// <summary>The source's configuration with changes; a null value takes a key away.</summary>
    public Dictionary<string, string> Config(params (string Key, string? Value)[] changes)
    {
        var config = new Dictionary<string, string>(Source);
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                config.Remove(key);
            }
            else
            {
                config[key] = value;
            }
        }

        return config;
    }

    /// <summary>A configuration that is valid and whose task fails on the first row: its key has no such field.</summary>
    public Dictionary<string, string> Failing() => Config(
        ("transforms", "key"), ("transforms.key.type", "org.apache.kafka.connect.transforms.ValueToKey"), ("transforms.key.fields", "no-such-field"));
}
