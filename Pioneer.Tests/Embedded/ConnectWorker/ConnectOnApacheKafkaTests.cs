using Pioneer.Embedded;
using Pioneer.Tests.Jobs;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>The worker on three secured Apache Kafka nodes.</summary>
[Collection(SharedKafkaCollection.Name)]
public sealed class ConnectOnApacheKafkaTests(SharedKafka shared) : ConnectWorkerContract
{
    protected override KafkaConnection Kafka
    {
        get
        {
            Assert.SkipWhen(shared.Missing is not null, shared.Missing ?? "");
            var options = shared.Options;
            return new KafkaConnection(
                options.BootstrapServers, options.SecurityProtocol, options.SaslMechanism, options.Username, options.Password);
        }
    }
}
