namespace Cess.Consensus.Simplex;

/// <summary>What peers may still ask for, and whether they are worth listening to.</summary>
internal sealed class PeerBudgets(int count, long deltaMs)
{
    private readonly Peer[] _peers = new Peer[count];

    /// <summary>True if the peer may have one more answer in this message delay.</summary>
    public bool MayAnswer(int peer, long now)
    {
        ref Peer budget = ref _peers[peer];
        if (now - budget.AnswersSince >= deltaMs || budget.Answers == 0)
        {
            budget.AnswersSince = now;
            budget.Answers = 0;
        }

        return ++budget.Answers <= ConsensusLimits.AnswersPerPeer;
    }

    /// <summary>True if the peer was not asked for its state within this message delay.</summary>
    public bool MayAsk(int peer, long now)
    {
        ref Peer budget = ref _peers[peer];
        if (budget.WasAsked && now - budget.AskedAt < deltaMs)
            return false;
        budget.WasAsked = true;
        budget.AskedAt = now;
        return true;
    }

    /// <summary>True until the peer has sent too much in one iteration that was wrong.</summary>
    public bool IsHeard(int peer) => _peers[peer].Faults < ConsensusLimits.InvalidMessagesMax;

    public void Blame(int peer) => _peers[peer].Faults++;

    public void Forgive()
    {
        for (int i = 0; i < _peers.Length; i++)
            _peers[i].Faults = 0;
    }

    private struct Peer
    {
        public long AnswersSince;
        public long AskedAt;
        public int Answers;
        public int Faults;
        public bool WasAsked;
    }
}
