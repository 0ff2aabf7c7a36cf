using Pioneer.Embedded.Broker.Cluster;
using Pioneer.Embedded.Broker.Security;
using Xunit;

namespace Pioneer.Tests.Embedded.BrokerCluster;

public sealed class MetadataStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pioneer-metadata-").FullName;

    private string LogFile => Path.Combine(_directory, "metadata.log");

    public void Dispose() => TestFolder.Delete(_directory);

    [Fact]
    public void State_is_the_same_after_opening_again()
    {
        string clusterId;
        using (var store = MetadataStore.Open(_directory))
        {
            clusterId = store.Current.ClusterId;
            store.Change(_ =>
            [
                Topic("a"), Topic("b"),
                new AclAdded(Acl("a")), new AclAdded(Acl("b")), new AclRemoved(Acl("b")),
                new ScramCredentialSet("alice", ScramCredential.FromPassword(ScramMechanism.Sha256, "secret")),
            ]);
            store.Change(state => [new TopicDeleted(state.Topic("b")!.Id), new PartitionsGrown(state.Topic("a")!.Id, 7)]);
            store.Change(_ => [new ConfigsReplaced(ConfigResourceType.Topic, "a", Configs("retention.ms", "5"))]);
        }

        using var again = MetadataStore.Open(_directory);
        Assert.Equal(clusterId, again.Current.ClusterId);
        Assert.Equal(22, clusterId.Length);
        var topic = Assert.Single(again.Current.Topics.Values);
        Assert.Equal(("a", 7, "5"), (topic.Name, topic.Partitions, topic.Configs["retention.ms"]));
        Assert.Equal(Acl("a"), Assert.Single(again.Current.Acls));
        Assert.True(again.Current.Credentials["alice"][ScramMechanism.Sha256].Accepts("secret"));
    }

    [Fact]
    public void Torn_tail_is_cut_off_at_every_length_and_what_was_whole_stays()
    {
        using (var store = MetadataStore.Open(_directory))
        {
            store.Change(_ => [Topic("kept")]);
        }

        var whole = new FileInfo(LogFile).Length;
        using (var store = MetadataStore.Open(_directory))
        {
            store.Change(_ => [Topic("torn")]);
        }

        var bytes = File.ReadAllBytes(LogFile);
        for (var length = (int)whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(LogFile, bytes[..length]);
            using var store = MetadataStore.Open(_directory);
            Assert.Equal(["kept"], store.Current.Topics.Keys);
            store.Change(_ => [Topic("new")]);
            Assert.Equal(["kept", "new"], store.Current.Topics.Keys);
        }
    }

    [Fact]
    public void Damage_in_the_middle_is_an_error_that_names_file_and_place()
    {
        using (var store = MetadataStore.Open(_directory))
        {
            store.Change(_ => [Topic("a"), Topic("b")]);
        }

        var bytes = File.ReadAllBytes(LogFile);
        bytes[20] ^= 1;
        File.WriteAllBytes(LogFile, bytes);

        var error = Assert.Throws<InvalidDataException>(() => MetadataStore.Open(_directory));
        Assert.Contains(LogFile, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void History_is_compacted_at_open_when_most_of_it_is_past()
    {
        using (var store = MetadataStore.Open(_directory))
        {
            for (var i = 0; i < 100; i++)
            {
                store.Change(_ => [.. Enumerable.Range(0, 10).SelectMany(_ => new MetadataRecord[] { new AclAdded(Acl("x")), new AclRemoved(Acl("x")) })]);
            }

            store.Change(_ => [Topic("a")]);
        }

        var before = new FileInfo(LogFile).Length;
        using (MetadataStore.Open(_directory))
        {
            Assert.True(new FileInfo(LogFile).Length < before / 100);
        }

        using var again = MetadataStore.Open(_directory);
        again.Change(_ => [Topic("b")]);
        Assert.Equal(["a", "b"], again.Current.Topics.Keys);
    }

    private static TopicCreated Topic(string name) => new(Guid.NewGuid(), name, 3, 1, Configs("cleanup.policy", "compact"));

    private static Dictionary<string, string> Configs(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private static AclBinding Acl(string topic) =>
        new(ResourceType.Topic, topic, PatternType.Prefixed, "User:alice", "*", AclOperation.Read, AclPermission.Allow);
}
